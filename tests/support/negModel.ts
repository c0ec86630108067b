/** The smallest whole model: `y = Neg(x)` for two floats, as ONNX bytes (IR 8, opset 17). */
export function negModel(): Uint8Array {
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  const field = (tag: number, bytes: number[]) => [tag, bytes.length, ...bytes];
  const shape = field(0x12, field(0x0a, [0x08, 2]));
  const type = field(0x12, field(0x0a, [0x08, 1, ...shape]));
  const value = (text: string) => [0x0a, ...name(text), ...type];
  const node = [0x0a, ...name('x'), 0x12, ...name('y'), 0x22, ...name('Neg')];
  const inputAndOutput = [...field(0x5a, value('x')), ...field(0x62, value('y'))];
  const graph = [...field(0x0a, node), 0x12, ...name('g'), ...inputAndOutput];
  return new Uint8Array([0x08, 8, ...field(0x3a, graph), ...field(0x42, [0x10, 17])]);
}
