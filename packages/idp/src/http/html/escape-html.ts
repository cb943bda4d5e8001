const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  // An HTML parser turns a bare carriage return into a line feed.
  '\r': '&#13;',
};

/**
 * Escapes text for element content and for double-quoted attribute values.
 *
 * A NUL cannot be written in HTML at all and becomes U+FFFD, as does a lone surrogate, which UTF-8 cannot carry.
 */
export function escapeHtml(text: string): string {
  const representable = text.toWellFormed().replaceAll('\0', '\uFFFD');
  return representable.replace(/[&<>"'`\r]/g, (character) => references[character] ?? '');
}
