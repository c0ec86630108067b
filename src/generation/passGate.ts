/** Waits until the gate opens or the signal aborts. */
export async function passGate(
  gate: (() => Promise<void>) | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!gate || signal?.aborted) return;
  let leave = (): void => {};
  const aborted = new Promise<void>((resolve) => (leave = resolve));
  signal?.addEventListener('abort', leave);
  try {
    await Promise.race([gate(), aborted]);
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}
