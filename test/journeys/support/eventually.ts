import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until something holds that comes by itself, such as a call through the back channel.
 * @throws when it does not within 20 s
 */
export const eventually = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const until = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`It did not come to this within 20 s: ${what}.`);
    await delay(20);
  }
};
