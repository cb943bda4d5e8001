import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares without telling by its time where the values differ, nor how long they are. */
export const constantTimeEqual = (left: string | Buffer, right: string | Buffer): boolean => {
  const digest = (value: string | Buffer): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(left), digest(right));
};
