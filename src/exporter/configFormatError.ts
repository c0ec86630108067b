/** A config.json that cannot be used. The message names the key and what it must hold. */
export class ConfigFormatError extends Error {
  override readonly name = 'ConfigFormatError';
}

/** A value of a config.json for an error's message: short, and safe for whatever the file holds. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value).slice(0, 40);
}
