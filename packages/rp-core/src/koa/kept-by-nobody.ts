/** Koa drops all headers when a handler throws, but those that the error brings: this one is to stay. */
export const keptByNobody = async (next: () => Promise<unknown>, cacheControl: string): Promise<unknown> => {
  try {
    return await next();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const told = 'headers' in error ? (error.headers as Record<string, string>) : {};
    throw Object.assign(error, { headers: { 'Cache-Control': cacheControl, ...told } });
  }
};
