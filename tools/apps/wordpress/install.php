<?php
// php install.php JSON, with the prepended file: makes the tables, the administrator and two users. Prints the version.
$latchkey_stage = json_decode( $argv[1], true );
define( 'WP_INSTALLING', true );

/** Stands in for the function that mails the new administrator. */
function wp_new_blog_notification(): void {}

require ABSPATH . 'wp-load.php';
ini_set( 'display_errors', 'stderr' );
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

// Without a structure, wp_install() would ask its own address, where nobody answers yet, whether it may have one.
$latchkey_structure = static fn(): string => '/%postname%/';
add_filter( 'pre_option_permalink_structure', $latchkey_structure );
wp_install( 'Test Blog', 'admin', 'admin@example.test', true, '', $latchkey_stage['administratorPassword'], $latchkey_stage['locale'] );
remove_filter( 'pre_option_permalink_structure', $latchkey_structure );
update_option( 'permalink_structure', $latchkey_stage['permalinks'] ? '/%postname%/' : '' );

foreach ( array( 'alice' => 'author', 'bob' => 'subscriber' ) as $login => $role ) {
	$made = wp_insert_user(
		array(
			'user_login' => $login,
			'user_pass'  => $latchkey_stage['userPassword'],
			'user_email' => "$login@example.test",
			'role'       => $role,
		)
	);
	if ( is_wp_error( $made ) ) {
		fwrite( STDERR, $made->get_error_message() );
		exit( 1 );
	}
}
$GLOBALS['wp_rewrite']->init();
flush_rewrite_rules( false );
echo get_bloginfo( 'version' );
