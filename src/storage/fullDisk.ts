/**
 * The error for a full disk within whatever was thrown, or null. Browsers throw it by this name; Dexie wraps it, one
 * error in another, so that its own name would pass for an abort.
 */
export function fullDiskIn(error: unknown): Error | null {
  for (let next = error; next instanceof Error; next = (next as { readonly inner?: unknown }).inner)
    if (next.name === 'QuotaExceededError') return next;
  return null;
}
