/** The numbers that the watching and the watched thread share. */
export const cell = {
  /** A number while an answer is awaited, another one whenever something progressed; 0 while none is. */
  call: 0,
  limitMs: 1,
  /** 1 once the watched thread has heard that it must end the process. */
  heard: 2,
  /** Never changes: the watching thread sleeps on it. */
  pause: 3,
} as const;
export const cellCount = 4;

export interface WatchOrder {
  readonly shared: Int32Array;
}
