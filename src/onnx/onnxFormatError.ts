/** Bytes that are not a usable ONNX model. The message says what they look like and what to do. */
export class OnnxFormatError extends Error {
  override readonly name = 'OnnxFormatError';
}
