/** Does what may fail for reasons that are not ours: text of strangers, storage that the browser refuses. */
export const attempt = <Result>(action: () => Result): Result | undefined => {
  try {
    return action();
  } catch {
    return undefined;
  }
};
