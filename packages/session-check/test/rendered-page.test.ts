import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayReload } from '../src/rendered-page.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const minute = 60_000;

describe('whether a rendered page may be loaded again', () => {
  it('may be when it never was, or when the tab holds something else', () => {
    for (const last of [undefined, [], {}, 'x', null]) {
      for (const loading of [true, false]) assert.ok(mayReload(last as undefined, [now, 'a| b|'], loading));
    }
  });

  it('may be for another pair of states when somebody came back to it, however soon', () => {
    assert.ok(mayReload([now - 1, 'a| b|'], [now, 'b| c|'], false));
  });

  it('may be for another pair of states while loading, a minute after', () => {
    assert.ok(mayReload([now - minute, 'a| b|'], [now, 'b| c|'], true));
  });

  it('may not be for another pair of states while loading, within a minute: the cookies may change with each view', () => {
    assert.ok(!mayReload([now - minute + 1, 'a| b|'], [now, 'b| c|'], true));
    assert.ok(!mayReload([now, 'a| b|'], [now, 'b| c|'], true));
  });

  it('may never be twice for the same pair of states: the server keeps to its answer', () => {
    for (const at of [now, now - minute, now - 1000 * minute]) {
      for (const loading of [true, false]) assert.ok(!mayReload([at, 'a| b|'], [now, 'a| b|'], loading));
    }
  });
});
