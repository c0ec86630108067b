import { OnnxFormatError } from './onnxFormatError.ts';

interface ForeignKind {
  readonly looksLike: string;
  readonly advice: string;
  /** `text` is the head of the file as Latin-1. */
  readonly matches: (text: string, head: Uint8Array) => boolean;
}

const exportAdvice = 'choose the .onnx file of an ONNX export instead';
const downloadAdvice = 'download the .onnx file itself again';

/** First match wins. A serialized ModelProto begins with a small tag byte (0x08 in practice), never like these. */
const foreignKinds: readonly ForeignKind[] = [
  {
    looksLike: 'a Git LFS pointer',
    advice: 'fetch the real file, for example with `git lfs pull`',
    matches: (t) => t.startsWith('version https://git-lfs'),
  },
  {
    looksLike: 'a web page',
    advice: `${downloadAdvice}; the address answered with a page`,
    matches: (t) => /^\s*(?:\u00ef\u00bb\u00bf)?\s*<(?:!doctype|html|head|\?xml|!--)/i.test(t),
  },
  { looksLike: 'a GGUF model', advice: exportAdvice, matches: (t) => t.startsWith('GGUF') },
  {
    looksLike: 'a zip archive or PyTorch checkpoint',
    advice: 'unpack it, or choose the .onnx file of an ONNX export',
    matches: (t) => t.startsWith('PK\x03\x04') || t.startsWith('PK\x05\x06'),
  },
  { looksLike: 'a gzip archive', advice: 'unpack it first', matches: (t) => t.startsWith('\x1f\x8b') },
  {
    looksLike: 'a pickled PyTorch checkpoint',
    advice: exportAdvice,
    matches: (_, h) => h[0] === 0x80 && h[1] !== undefined && h[1] >= 2 && h[1] <= 5,
  },
  { looksLike: 'an HDF5 file', advice: exportAdvice, matches: (t) => t.startsWith('\x89HDF') },
  {
    looksLike: 'an ONNX Runtime (.ort) model',
    advice: exportAdvice,
    matches: (t) => t.slice(4, 8) === 'ORTM',
  },
  { looksLike: 'a TensorFlow Lite model', advice: exportAdvice, matches: (t) => t.slice(4, 8) === 'TFL3' },
  {
    looksLike: 'a safetensors checkpoint',
    advice: exportAdvice,
    matches: (t, h) => h.length > 9 && h[6] === 0 && h[7] === 0 && t.slice(8, 10) === '{"',
  },
  { looksLike: 'JSON text', advice: downloadAdvice, matches: (t) => /^\s*[{[]\s*["[{\]}]/.test(t) },
  {
    looksLike: 'plain text',
    advice: downloadAdvice,
    matches: (t) => t.length > 0 && /^[\t\n\r\x20-\x7e]+$/.test(t),
  },
];

/** Bytes that `refuseForeignBytes` wants to see. */
export const foreignHeadLength = 64;

/**
 * Throws when the first bytes of a file show that it is something other than an ONNX model.
 * @param head the first `foreignHeadLength` bytes, fewer if the file is shorter
 * @throws OnnxFormatError saying what the file looks like and what to do
 */
export function refuseForeignBytes(head: Uint8Array, fileName: string): void {
  if (head.length === 0) {
    throw new OnnxFormatError(`${fileName} is empty, so it holds no ONNX model; ${downloadAdvice}.`);
  }
  const text = String.fromCharCode(...head.subarray(0, foreignHeadLength));
  const kind = foreignKinds.find((candidate) => candidate.matches(text, head));
  if (kind) {
    throw new OnnxFormatError(
      `${fileName} is not an ONNX model, it looks like ${kind.looksLike}; ${kind.advice}.`,
    );
  }
}
