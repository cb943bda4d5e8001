import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { wordpressPlugin } from './build-wordpress-plugin.ts';
import { compileTranslations, readEntries } from './compile-translations.ts';

const po = readFileSync(join(wordpressPlugin, 'languages/latchkey-fr_FR.po'), 'utf8');

/** Every text that the plugin has translated. */
const textsOfPlugin = (): Set<string> => {
  const source = join(wordpressPlugin, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.php') && !name.startsWith('Core/') && !name.startsWith('.'),
  );
  const calls = files.flatMap((name) => [
    ...readFileSync(join(source, name), 'utf8').matchAll(/(?:esc_html__|__)\(\s*'((?:[^'\\]|\\.)*)',\s*'latchkey'/g),
  ]);
  return new Set(calls.map(([, text = '']) => text.replaceAll("\\'", "'")));
};

describe("the plugin's translations", () => {
  it('has each text in French, with the same places to fill in, and no text that is gone', () => {
    const entries = readEntries(po).filter(({ text }) => text !== '');
    const texts = textsOfPlugin();
    assert.ok(texts.size > 100);
    assert.deepEqual(new Set(entries.map(({ text }) => text)), texts);
    const places = (text: string): string[] => (text.match(/%(?:\d\$)?[sd]/g) ?? []).toSorted();
    for (const { text, translation } of entries) {
      assert.notEqual(translation, '');
      assert.deepEqual(places(translation), places(text), text);
    }
  });

  it('compiles to what gettext itself would read', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-mo-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'fr.mo'), compileTranslations(po));
    // PHP reads it by its offsets, as WordPress does.
    const read = `$mo = file_get_contents($argv[1]); 
      ['c' => $count, 'o' => $from, 't' => $to] = unpack('Vm/Vr/Vc/Vo/Vt', $mo); $all = [];
      for ($i = 0; $i < $count; $i++) { $text = unpack('Vl/Vp', $mo, $from + 8 * $i); $said = unpack('Vl/Vp', $mo, $to + 8 * $i);
        $all[substr($mo, $text['p'], $text['l'])] = substr($mo, $said['p'], $said['l']); } echo json_encode($all);`;

    const answer = JSON.parse(execFileSync('php', ['-r', read, join(folder, 'fr.mo')], { encoding: 'utf8' })) as object;
    const expected = readEntries(po).map(({ text, translation }) => [text, translation]);
    assert.deepEqual(answer, Object.fromEntries(expected));
  });

  it('leaves out what is not translated yet, or in doubt', () => {
    const some = 'msgid "One"\nmsgstr ""\n\n#, fuzzy\nmsgid "Two"\nmsgstr "Deux"\n\nmsgid "Three"\nmsgstr "Trois"\n';
    const compiled = compileTranslations(some);
    assert.equal(compiled.readUInt32LE(8), 1);
    // WordPress takes a file for broken in which the table of hashes does not follow upon the others.
    assert.equal(compiled.readUInt32LE(24), 28 + 16);
    assert.match(compiled.toString('utf8'), /Three\0Trois\0$/);
  });
});
