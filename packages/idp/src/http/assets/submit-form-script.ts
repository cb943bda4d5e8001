/**
 * Sends the page's form as soon as the page is read. The method is taken from the prototype because a field called
 * "submit" would hide the form's own.
 */
export const submitFormScript = `'use strict';
const form = document.forms[0];
if (form) HTMLFormElement.prototype.submit.call(form);
`;
