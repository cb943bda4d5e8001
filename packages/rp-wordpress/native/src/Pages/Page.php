<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Pages;

/** A page of the sign-in: what happened, and what the person can do now. All texts are plain. */
final class Page
{
    /**
     * @param array<string, string> $links label to address
     * @param list<array{action: string, hidden: array<string, string>, button: string, password?: string}> $forms
     *     `password` is the label of the one field that people fill in
     */
    public static function render(string $title, string $text, array $links, array $forms = []): string
    {
        $site = wp_specialchars_decode((string) get_option('blogname'), ENT_QUOTES);
        $style = plugins_url('assets/latchkey.css', LATCHKEY_FILE);
        $parts = [
            '<!doctype html>',
            '<html ' . get_language_attributes() . '><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="robots" content="noindex">',
            '<title>' . esc_html("{$title} – {$site}") . '</title>',
            '<link rel="stylesheet" href="' . esc_url($style) . '"></head>',
            '<body class="latchkey-page"><header>' . esc_html($site) . '</header><main>',
            '<h1>' . esc_html($title) . '</h1>',
            '<p>' . esc_html($text) . '</p>',
            ...array_map(self::form(...), $forms),
        ];
        foreach ($links as $label => $address) {
            $parts[] = '<p><a href="' . esc_url($address) . '">' . esc_html($label) . '</a></p>';
        }
        return implode("\n", [...$parts, '</main></body></html>', '']);
    }

    /** @param array{action: string, hidden: array<string, string>, button: string, password?: string} $form */
    private static function form(array $form): string
    {
        $parts = ['<form method="post" action="' . esc_url($form['action']) . '">'];
        foreach ($form['hidden'] as $name => $value) {
            $parts[] = '<input type="hidden" name="' . esc_attr($name) . '" value="' . esc_attr($value) . '">';
        }
        if (isset($form['password'])) {
            $parts[] = '<p><label>' . esc_html($form['password']) . ' <input type="password" name="password"'
                . ' autocomplete="current-password" required></label></p>';
        }
        return implode("\n", [...$parts, '<p><button>' . esc_html($form['button']) . '</button></p></form>']);
    }
}
