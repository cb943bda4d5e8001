<?php

/**
 * Copies the core into a module under a namespace of the module's own, so that two modules in one host never share
 * it: `php build/copy-into.php 'Latchkey\WordPress\Core' FOLDER`. What an earlier copy left in the folder is
 * replaced; a folder with anything else in it is refused.
 */

declare(strict_types=1);

const OWN_NAMESPACE = 'Latchkey\RelyingParty';
const NOTICE = 'COPIED.txt';

function refuse(string $reason): never
{
    fwrite(STDERR, "copy-into: {$reason}\n");
    exit(1);
}

/** @return list<string> paths of the files below a folder, relative to it, sorted */
function filesBelow(string $folder): array
{
    $files = [];
    $below = new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS);
    foreach (new RecursiveIteratorIterator($below) as $file) {
        $files[] = substr($file->getPathname(), strlen($folder) + 1);
    }
    sort($files);
    return $files;
}

function makeRoom(string $target): void
{
    if (!file_exists($target)) {
        return;
    }
    $isOurs = is_file("{$target}/" . NOTICE);
    if (!is_dir($target) || (!$isOurs && count(scandir($target)) > 2)) {
        refuse("{$target} holds something else");
    }
    $below = new RecursiveDirectoryIterator($target, FilesystemIterator::SKIP_DOTS);
    foreach (new RecursiveIteratorIterator($below, RecursiveIteratorIterator::CHILD_FIRST) as $file) {
        $file->isDir() && !$file->isLink() ? rmdir($file->getPathname()) : unlink($file->getPathname());
    }
}

function write(string $file, string $text): void
{
    if (!is_dir(dirname($file))) {
        mkdir(dirname($file), 0o777, true);
    }
    if (file_put_contents($file, $text) !== strlen($text)) {
        refuse("{$file} cannot be written");
    }
}

if ($argc !== 3 || preg_match('/^[A-Z]\w*(?:\\\\[A-Z]\w*)+$/D', $argv[1]) !== 1) {
    refuse("say: php build/copy-into.php 'Vendor\\Module\\Core' FOLDER");
}
[, $namespace, $target] = $argv;
$target = rtrim($target, '/');
$source = dirname(__DIR__) . '/src';
makeRoom($target);
$notice = "Made from packages/rp-core-php by its build/copy-into.php: what is changed here is lost.\n";
write("{$target}/" . NOTICE, $notice);
write("{$target}/LICENSE", file_get_contents(dirname(__DIR__, 3) . '/LICENSE'));
foreach (filesBelow($source) as $file) {
    $text = file_get_contents("{$source}/{$file}");
    write("{$target}/{$file}", str_replace(OWN_NAMESPACE, $namespace, $text));
}
