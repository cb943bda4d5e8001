<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Tokens;

/** Writes the few forms of ASN.1's Distinguished Encoding Rules that public keys and signatures need (X.690). */
final class Der
{
    public const NULL = "\x05\x00";
    /** 1.2.840.113549.1.1.1 */
    public const RSA_ENCRYPTION = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
    /** 1.2.840.10045.2.1 */
    public const EC_PUBLIC_KEY = "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
    /** 1.2.840.10045.3.1.7 */
    public const P256 = "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";

    public static function sequence(string ...$parts): string
    {
        return self::tagged("\x30", implode('', $parts));
    }

    public static function bitString(string $bytes): string
    {
        return self::tagged("\x03", "\0{$bytes}");
    }

    /** @param string $bytes a number not below 0, the highest byte first */
    public static function integer(string $bytes): string
    {
        $bytes = ltrim($bytes, "\0");
        $isNegative = $bytes === '' || ord($bytes[0]) > 0x7f;
        return self::tagged("\x02", $isNegative ? "\0{$bytes}" : $bytes);
    }

    private static function tagged(string $tag, string $content): string
    {
        $length = strlen($content);
        if ($length < 0x80) {
            return $tag . chr($length) . $content;
        }
        $bytes = ltrim(pack('N', $length), "\0");
        return $tag . chr(0x80 | strlen($bytes)) . $bytes . $content;
    }
}
