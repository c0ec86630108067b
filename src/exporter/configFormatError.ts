/** A config.json that cannot be used. The message names the key and what it must hold. */
export class ConfigFormatError extends Error {
  override readonly name = 'ConfigFormatError';
}
