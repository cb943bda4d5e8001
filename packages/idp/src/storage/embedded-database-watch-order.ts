/** The numbers that the watching and the watched thread share. */
export const cell = {
  /** Number of the call in progress, 0 when there is none; another number whenever something progressed. */
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
