<?php

/**
 * A server for one test: `php answer-raw.php BASE64…` prints its port, and answers one connection with each of the
 * raw texts in turn; to the last it never answers.
 */

declare(strict_types=1);

$server = stream_socket_server('tcp://127.0.0.1:0');
echo substr(strrchr(stream_socket_get_name($server, false), ':'), 1), "\n";
foreach (array_slice($argv, 1) as $text) {
    $connection = stream_socket_accept($server, 10);
    fread($connection, 65_536);
    fwrite($connection, base64_decode($text));
    fclose($connection);
}
$silent = stream_socket_accept($server, 10);
sleep(10);
