<?php
// php run.php ARGUMENT… with the prepended file: runs the script on standard input in WordPress, with $arguments.
require ABSPATH . 'wp-load.php';
ini_set( 'display_errors', 'stderr' ); // wp-settings.php has turned it off
try {
	( static function ( array $arguments ): void {
		eval( stream_get_contents( STDIN ) );
	} )( array_slice( $argv, 1 ) );
} catch ( Throwable $error ) {
	fwrite( STDERR, (string) $error );
	exit( 1 );
}
