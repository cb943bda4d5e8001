/** What may be interpolated into an attribute: nothing, text, one URL, or URLs separated by white space. */
export type AttributeRule = 'refused' | 'text' | 'url' | 'urls';

const urlAttributes = new Set([
  'action',
  'background',
  'cite',
  'data',
  'formaction',
  'href',
  'longdesc',
  'manifest',
  'poster',
  'src',
  'xlink:href',
]);

const textAttributes = new Set([
  'alt',
  'autocomplete',
  'autofocus',
  'checked',
  'class',
  'colspan',
  'content',
  'datetime',
  'dir',
  'disabled',
  'for',
  'height',
  'hidden',
  'id',
  'inputmode',
  'label',
  'lang',
  'max',
  'maxlength',
  'min',
  'minlength',
  'name',
  'pattern',
  'placeholder',
  'readonly',
  'required',
  'role',
  'rows',
  'rowspan',
  'selected',
  'size',
  'step',
  'tabindex',
  'title',
  'value',
  'width',
]);

/** Attributes that carry script, style or a whole document; not even a template's own text may use them. */
export const isForbiddenAttribute = (name: string): boolean => /^(?:on.*|style|srcdoc)$/.test(name);

/** The rule for an attribute, named in lower case. An attribute that nobody has thought about takes no interpolation. */
export function attributeRule(name: string): AttributeRule {
  if (urlAttributes.has(name)) return 'url';
  if (name === 'ping') return 'urls';
  if (textAttributes.has(name) || /^(?:aria|data)-[a-z0-9-]+$/.test(name)) return 'text';
  return 'refused';
}
