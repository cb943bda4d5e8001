<?php
// Runs the script on standard input in MediaWiki. STAGE_ARGUMENTS is the JSON of its $arguments.
require_once getenv( 'STAGE_MEDIAWIKI' ) . '/maintenance/Maintenance.php';

class RunScript extends Maintenance {
	public function execute() {
		( static function ( array $arguments ): void {
			eval( stream_get_contents( STDIN ) );
		} )( json_decode( (string)getenv( 'STAGE_ARGUMENTS' ), true ) );
	}
}

$maintClass = RunScript::class;
require_once RUN_MAINTENANCE_IF_MAIN;
