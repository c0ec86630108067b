/**
 * A shallow copy of a protobuf message, unknown fields included. The prototype comes along because it holds the
 * defaults of fields that are not set.
 */
export function copyMessage<T extends object>(message: T): T {
  return Object.assign(Object.create(Object.getPrototypeOf(message) as object) as T, message);
}

/** Sets only the fields that say something else, so that fields which the file left out stay left out. */
export function updateMessage<T extends object>(message: T, fields: Partial<T>): void {
  for (const key of Object.keys(fields) as (keyof T)[]) {
    if (message[key] !== fields[key]) message[key] = fields[key] as T[keyof T];
  }
}
