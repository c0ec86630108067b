/** IEEE 754 half precision to a number, exactly. */
export function float16ToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 (the upper half of a float32) to a number, exactly. */
export function bfloat16ToNumber(half: number): number {
  scratch.setUint32(0, (half << 16) >>> 0);
  return scratch.getFloat32(0);
}

/** A number to half precision bits, rounded to nearest even; beyond the range it becomes infinite. */
export function numberToFloat16(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 halves are multiples of 2^-24; adding 0.5 as float32 makes the hardware round to exactly those.
  if (magnitude < 0x38800000) return sign | roundedSubnormal(magnitude);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

function roundedSubnormal(magnitude: number): number {
  scratch.setUint32(0, magnitude);
  scratch.setFloat32(0, scratch.getFloat32(0) + 0.5);
  return scratch.getUint32(0) - 0x3f000000;
}

/** Little-endian halves as float32, exactly. */
export const widenFloat16 = (bytes: Uint8Array): Float32Array =>
  Float32Array.from(new Uint16Array(bytes.slice().buffer), float16ToNumber);

/** Little-endian bfloat16 as float32, exactly: each is the upper half of one. */
export function widenBfloat16(bytes: Uint8Array): Float32Array {
  const halves = new Uint16Array(bytes.slice().buffer);
  return new Float32Array(Uint32Array.from(halves, (half) => half * 0x10000).buffer);
}
