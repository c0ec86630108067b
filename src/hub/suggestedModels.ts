/** A model that is known to exist as ONNX on the Hub. */
export interface SuggestedModel {
  readonly id: string;
  readonly name: string;
  readonly parameters: number;
  readonly license: string;
  /** About how much there is to download, by dtype; the Hub says exactly once the model is chosen. */
  readonly approximateBytes: { readonly q4: number; readonly q4f16: number };
  /** One line for choosing. */
  readonly text: string;
}

/** In the order of their parameters. */
export const suggestedModels: readonly SuggestedModel[] = [
  {
    id: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    name: 'SmolLM2 135M',
    parameters: 135e6,
    license: 'apache-2.0',
    approximateBytes: { q4: 185e6, q4f16: 118e6 },
    text: 'The smallest that follows instructions. English.',
  },
  {
    id: 'onnx-community/gemma-3-270m-it-ONNX',
    name: 'Gemma 3 270M',
    parameters: 268e6,
    license: 'gemma',
    approximateBytes: { q4: 800e6, q4f16: 425e6 },
    text: 'Made to be specialized. Many languages.',
  },
  {
    id: 'HuggingFaceTB/SmolLM2-360M-Instruct',
    name: 'SmolLM2 360M',
    parameters: 362e6,
    license: 'apache-2.0',
    approximateBytes: { q4: 390e6, q4f16: 275e6 },
    text: 'Knows more than its small sibling. English.',
  },
  {
    id: 'onnx-community/Qwen2.5-0.5B-Instruct',
    name: 'Qwen2.5 0.5B',
    parameters: 494e6,
    license: 'apache-2.0',
    approximateBytes: { q4: 790e6, q4f16: 490e6 },
    text: 'Reliable answers for its size. Many languages.',
  },
  {
    id: 'onnx-community/Qwen3-0.6B-ONNX',
    name: 'Qwen3 0.6B',
    parameters: 596e6,
    license: 'apache-2.0',
    approximateBytes: { q4: 920e6, q4f16: 570e6 },
    text: 'Can think before it answers. Many languages.',
  },
  {
    id: 'onnx-community/Llama-3.2-1B-Instruct',
    name: 'Llama 3.2 1B',
    parameters: 1236e6,
    license: 'llama3.2',
    approximateBytes: { q4: 1700e6, q4f16: 1100e6 },
    text: 'The most knowledgeable here, and the slowest.',
  },
];
