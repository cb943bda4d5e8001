<?php
/**
 * Plugin Name: Stage
 * Description: What a WordPress needs to be on a stage: no mail leaves it, and the other hosts of the stage are near.
 */

/** Takes every mail before it is sent, and writes it down instead. */
add_filter(
	'pre_wp_mail',
	static function ( $_sent, array $mail ): bool {
		$line = wp_json_encode(
			array(
				'to'      => array_values( (array) $mail['to'] ),
				'subject' => $mail['subject'],
				'message' => $mail['message'],
			)
		);
		return false !== file_put_contents( STAGE_MAILS, $line . "\n", FILE_APPEND | LOCK_EX );
	},
	PHP_INT_MAX,
	2
);

// wp_safe_remote_* refuses loopback and unusual ports; the stage's hosts are both, and stand for hosts elsewhere.
add_filter(
	'http_request_host_is_external',
	static fn( $external, $host ) => $external || str_ends_with( (string) $host, '.test' ),
	10,
	2
);
add_filter( 'http_allowed_safe_ports', static fn( array $ports ): array => array( ...$ports, STAGE_PORT ) );
