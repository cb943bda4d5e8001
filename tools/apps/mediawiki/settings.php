<?php
// LocalSettings.php requires it. What a test chooses is in a file beside LocalSettings.php, which is read at each request.
$stageFolder = dirname( MW_CONFIG_FILE );

$wgArticlePath = '/wiki/$1';
$wgUsePathInfo = true;
$wgUploadDirectory = "$stageFolder/images";
$wgCacheDirectory = "$stageFolder/cache";
$wgTmpDirectory = "$stageFolder/temp";
// The default, APCu, is not shared with maintenance scripts.
$wgMainCacheType = CACHE_DB;
$wgSessionCacheType = CACHE_DB;
$wgParserCacheType = CACHE_DB;
$wgLocalisationCacheConf = [
	'class' => LocalisationCache::class,
	'store' => 'files',
	'storeDirectory' => "$stageFolder/cache",
	'manualRecache' => false,
];
$wgJobRunRate = 0;
$wgEnableEmail = false;
$wgPasswordAttemptThrottle = [];
$wgShowExceptionDetails = true;
$wgDebugLogGroups = [ 'exception' => "$stageFolder/debug.log", 'error' => "$stageFolder/debug.log" ];

$stageSettings = json_decode( (string)file_get_contents( "$stageFolder/settings.json" ), true );
foreach ( $stageSettings['extensions'] as $extension ) {
	wfLoadExtension( $extension['name'], $extension['file'] );
}
foreach ( $stageSettings['settings'] as $name => $value ) {
	$GLOBALS[$name] = $value;
}
unset( $stageFolder, $stageSettings, $extension, $name, $value );
