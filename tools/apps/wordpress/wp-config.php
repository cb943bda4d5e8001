<?php
// Every setting is in a file beside the folder that nginx serves; it is read at each request, so that a test can change it.
foreach ( json_decode( (string) file_get_contents( dirname( __DIR__ ) . '/settings.json' ), true ) as $name => $value ) {
	define( $name, $value );
}
unset( $name, $value );
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
