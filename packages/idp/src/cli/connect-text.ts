import type { PasteableSettings } from '@latchkey/application-kind';
import type { CommandResult } from './command-result.ts';
import { renderFields, rowsOf, shown, textOf } from './text-output.ts';

const fields = [
  shown('Client id', 'client_id'),
  shown('Name', 'client_name'),
  shown('Page', 'client_uri'),
  shown('Redirect URIs', 'redirect_uris'),
  shown('After sign-out', 'post_logout_redirect_uris'),
  shown('Back-channel logout', 'backchannel_logout_uri'),
  shown('Private addresses', 'private_addresses'),
  shown('Scope', 'scope'),
  shown('Settings file', 'settings_file'),
];

/** What was done, or with `dry_run` would be. */
export function registrationText(title: string, result: CommandResult, toPaste: PasteableSettings | undefined): string {
  const client = `client ${textOf(result, 'client_id')}`;
  const paragraphs = [
    `${sentence(result, `${title} at ${textOf(result, 'client_uri')}`, client)}\n\n${renderFields(result, fields)}`,
    settingsText(result, toPaste),
  ];
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

function sentence(result: CommandResult, application: string, client: string): string {
  const changed = textOf(result, 'changed');
  const dryRun = result['dry_run'] === true;
  if (result['registered'] === true) {
    return dryRun
      ? `Nothing was done. ${application} would be registered as the ${client}.`
      : `${application} is registered as the ${client}.`;
  }
  const known = `${application} was registered before, as the ${client}`;
  if (changed === '') return `${known}; nothing ${dryRun ? 'would change' : 'changed'} in its registration.`;
  return dryRun ? `Nothing was done. ${known}; what would change: ${changed}.` : `${known}; changed: ${changed}.`;
}

function settingsText(result: CommandResult, toPaste: PasteableSettings | undefined): string {
  const file = textOf(result, 'settings_file');
  const dryRun = result['dry_run'] === true;
  if (file !== '') {
    const isWritten = result['settings_file_written'] === true;
    if (!isWritten) return `The settings in ${file} are right already.`;
    return dryRun
      ? `The settings would be written to ${file}.`
      : `The settings are in ${file}, which belongs to the owner of wp-config.php: PHP must be able to read it.`;
  }
  if (toPaste) {
    const lines = toPaste.lines.map((line) => `  ${line}`).join('\n');
    return `Paste ${toPaste.where} (the secret is shown once: keep it now):\n\n${lines}`;
  }
  if (result['secret'] === 'new') return 'A new secret would be made.';
  return 'Its secret stays as it is and cannot be shown; --rotate-secret makes a new one.';
}

/** What the check found; the problems only where they are not an error of the command. */
export function checkText(result: CommandResult, withProblems: boolean): string {
  const uri = textOf(result, 'check_uri');
  if (result['ready'] === true) return `Connected: ${uri} answers as it should.`;
  const problems = rowsOf(result, 'problems').map((problem) => `  - ${textOf(problem, 'error_description')}`);
  return withProblems
    ? [
        `Not connected yet (asked at ${uri}):`,
        ...problems,
        'When that is done, run the same command again: it checks.',
      ].join('\n')
    : `Not connected yet (asked at ${uri}).`;
}
