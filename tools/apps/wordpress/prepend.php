<?php
// Comes before every script of this WordPress. Its programs are links to Debian's, which would take the linked place for theirs.
define( 'ABSPATH', __DIR__ . '/site/' );

if ( PHP_SAPI === 'cli' ) {
	// A script has no request, and WordPress wants one.
	( static function (): void {
		$settings = json_decode( (string) file_get_contents( __DIR__ . '/settings.json' ), true );
		$origin   = parse_url( $settings['WP_HOME'] );
		$_SERVER['HTTP_HOST']       = $origin['host'] . ':' . $origin['port'];
		$_SERVER['SERVER_NAME']     = $origin['host'];
		$_SERVER['HTTPS']           = 'on';
		$_SERVER['REQUEST_METHOD']  = 'GET';
		$_SERVER['REQUEST_URI']     = '/';
		$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
		$_SERVER['REMOTE_ADDR']     = '127.0.0.1';
	} )();
}
