<?php
/**
 * Prints wordpress-hashes.json: hashes for the tests, made by WordPress's own class (Debian's wordpress 6.1.9, PHP 8.2).
 *
 *   php make-hashes.php /usr/share/wordpress > wordpress-hashes.json
 *
 * That WordPress knows no `$wp$2y$` yet; these are made by PHP's password_hash over what the wp_hash_password of 6.8 gives it.
 */

require $argv[1] . '/wp-includes/class-phpass.php';

// What wp_magic_quotes does to whatever a form sends, and what wp_hash_password does to whatever it gets.
$from_form = static fn( string $password ): string => trim( addslashes( $password ) );
$from_code = static fn( string $password ): string => trim( $password );

$phpass     = static fn( int $cost ): callable => static fn( string $text ): string => ( new PasswordHash( $cost, true ) )->HashPassword( $text );
$phpbb      = static fn( string $text ): string => ( new PasswordHash( 8, true ) )->crypt_private( $text, '$H$9saltsalt' );
$bcrypt     = static fn( int $cost ): callable => static fn( string $text ): string => password_hash( $text, PASSWORD_BCRYPT, array( 'cost' => $cost ) );
$prehashed  = static fn( string $text ): string => '$wp' . password_hash( base64_encode( hash_hmac( 'sha384', $text, 'wp-sha384', true ) ), PASSWORD_BCRYPT, array( 'cost' => 10 ) );
$simple     = 'correct horse battery staple';
$quotes     = "it's a \"quoted\" password";
$unicode    = 'Grüße aus Köln 🔑';
$long       = str_repeat( 'long password ', 20 );
$longer     = $long . 'with another end';

$cases = array(
	array( 'wordpress-phpass', 'a password', $simple, $from_form, $phpass( 8 ) ),
	array( 'wordpress-phpass', 'quotation marks from a form', $quotes, $from_form, $phpass( 8 ) ),
	array( 'wordpress-phpass', 'quotation marks from the command line', $quotes, $from_code, $phpass( 8 ) ),
	array( 'wordpress-phpass', 'letters beyond ASCII', $unicode, $from_form, $phpass( 8 ) ),
	array( 'wordpress-phpass', 'white space around it', "  $simple\t", $from_form, $phpass( 8 ) ),
	array( 'wordpress-phpass', 'a long password', $long, $from_form, $phpass( 8 ) ),
	array( 'wordpress-phpass', 'the greatest cost that is checked', $simple, $from_form, $phpass( 11 ) ),
	array( 'wordpress-phpass', 'the mark of phpBB', $simple, $from_form, $phpbb ),
	array( 'wordpress-bcrypt-plain', 'a password', $simple, $from_form, $bcrypt( 10 ) ),
	array( 'wordpress-bcrypt-plain', 'quotation marks from a form', $quotes, $from_form, $bcrypt( 4 ) ),
	array( 'wordpress-bcrypt-plain', 'letters beyond ASCII', $unicode, $from_form, $bcrypt( 4 ) ),
	array( 'wordpress-bcrypt-plain', 'a long password, of which bcrypt reads 72 bytes', $long, $from_form, $bcrypt( 4 ) ),
	array( 'wordpress-bcrypt', 'a password', $simple, $from_form, $prehashed ),
	array( 'wordpress-bcrypt', 'quotation marks from a form', $quotes, $from_form, $prehashed ),
	array( 'wordpress-bcrypt', 'letters beyond ASCII', $unicode, $from_form, $prehashed ),
	array( 'wordpress-bcrypt', 'a long password, all of which counts', $longer, $from_form, $prehashed ),
	array( 'wordpress-md5', 'a password', $simple, $from_form, 'md5' ),
);

$hashes = array();
foreach ( $cases as list( $verifier, $why, $password, $received, $hash ) ) {
	$hashes[] = array(
		'verifier' => $verifier,
		'why'      => $why,
		'password' => $password,
		'hash'     => $hash( $received( $password ) ),
	);
}
echo json_encode(
	array(
		'about'  => 'Made by make-hashes.php with the class-phpass.php of WordPress 6.1.9 on PHP ' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION,
		'hashes' => $hashes,
	),
	JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE
), "\n";
