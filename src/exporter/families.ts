/** Where the norms of a family's blocks sit, and how exports write them. */
export type BlockForm =
  /** One before each branch, fused with the sum that precedes it. */
  | 'preNorm'
  /** One before and one after each branch; sums are nodes of their own. */
  | 'sandwich'
  /** One before and one after each branch; the one before is fused with the sum that precedes it. */
  | 'skipSandwich'
  /** One after each branch only. */
  | 'postNorm';

/** What distinguishes the families' blocks. */
export interface FamilyTraits {
  readonly blocks: BlockForm;
  /** Norms multiply by 1 + weight instead of weight. */
  readonly hasUnitOffsetNorms: boolean;
  /** A half-precision graph computes norms in float32, between casts. */
  readonly hasFloat32Norms: boolean;
  /** Embeddings are multiplied by √hiddenSize. */
  readonly hasScaledEmbedding: boolean;
  /** config.json's multipliers scale embeddings, attention scores, branches and logits. */
  readonly hasMultipliers: boolean;
  /** Queries and keys are normalized before the rotation: head by head, or all heads as one vector. */
  readonly queryKeyNorms: 'perHead' | 'fullWidth' | null;
  /** The checkpoint holds query, key and value as one matrix (`qkv_proj`), gate and up as another (`gate_up_proj`). */
  readonly hasPackedProjections: boolean;
  /** The head shares the embedding's matrix where config.json does not say. */
  readonly isTiedByDefault: boolean;
  /** Whether a layer attends to a window only, where config.json does not list its layers' types. */
  readonly isWindowed: (config: Json, layer: number) => boolean;
}

type Json = Readonly<Record<string, unknown>>;

const plain: FamilyTraits = {
  blocks: 'preNorm',
  hasUnitOffsetNorms: false,
  hasFloat32Norms: false,
  hasScaledEmbedding: false,
  hasMultipliers: false,
  queryKeyNorms: null,
  hasPackedProjections: false,
  isTiedByDefault: false,
  isWindowed: () => false,
};

const gemma: FamilyTraits = {
  ...plain,
  hasUnitOffsetNorms: true,
  hasFloat32Norms: true,
  hasScaledEmbedding: true,
  isTiedByDefault: true,
};

/** Qwen's rule: the first `max_window_layers` layers see all. */
const afterFullLayers = ({ use_sliding_window: isUsed, max_window_layers: full }: Json, layer: number) =>
  isUsed === true && layer >= (typeof full === 'number' ? full : Infinity);

/** The families that the exporter knows, by `model_type`. */
export const families: Readonly<Record<string, FamilyTraits>> = {
  llama: plain,
  mistral: { ...plain, isWindowed: () => true },
  qwen2: { ...plain, isWindowed: afterFullLayers },
  qwen3: { ...plain, queryKeyNorms: 'perHead', isWindowed: afterFullLayers },
  smollm3: { ...plain, isTiedByDefault: true },
  phi3: { ...plain, hasPackedProjections: true, isWindowed: () => true },
  granite: { ...plain, hasMultipliers: true },
  olmo2: { ...plain, blocks: 'postNorm', queryKeyNorms: 'fullWidth' },
  gemma2: { ...gemma, blocks: 'skipSandwich', isWindowed: (_, layer) => layer % 2 === 0 },
  gemma3_text: {
    ...gemma,
    blocks: 'sandwich',
    queryKeyNorms: 'perHead',
    isWindowed: ({ sliding_window_pattern: pattern }, layer) =>
      (layer + 1) % (typeof pattern === 'number' ? pattern : 6) !== 0,
  },
};
