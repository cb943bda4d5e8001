/**
 * - `ERR_HTML_TEMPLATE`: the template itself is wrong, whatever is interpolated
 * - `ERR_HTML_VALUE`: a value of a kind that its place does not take
 * - `ERR_HTML_URL`: a URL that must not be written into a page
 */
export type HtmlErrorCode = 'ERR_HTML_TEMPLATE' | 'ERR_HTML_VALUE' | 'ERR_HTML_URL';

/** A fault in a page's code. The message tells the place and never the value, which may be a secret. */
export class HtmlError extends Error {
  override readonly name = 'HtmlError';
  readonly code: HtmlErrorCode;

  constructor(code: HtmlErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
