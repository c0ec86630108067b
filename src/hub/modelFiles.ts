/** A file of a model's folder. */
export interface ListedFile {
  readonly path: string;
  readonly size: number;
}

/** One precision of a model: the graph whose name ends in `suffix`, and everything needed beside it. */
export interface ModelVariant<File extends ListedFile = ListedFile> {
  /** As transformers.js names files: `''` for float32, `'_q4'` and so on. */
  readonly suffix: string;
  /** Configuration and tokenizer included. */
  readonly files: readonly File[];
  readonly bytes: number;
}

/** Small files that say what a model is and how text becomes tokens. */
const companions = new Set([
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
]);

const graphPattern = /^onnx\/(model|decoder_model_merged)(_[a-z0-9]+)?\.onnx$/;
const decoders = ['model', 'decoder_model_merged'];

/** The precisions in which a folder has its decoder, in the order of their names. */
export function variantsOf<File extends ListedFile>(files: readonly File[]): ModelVariant<File>[] {
  const suffixes = files.flatMap(({ path }) => {
    const match = graphPattern.exec(path);
    return match ? [match[2] ?? ''] : [];
  });
  const shared = files.filter(({ path }) => companions.has(path));
  return [...new Set(suffixes)].sort().map((suffix) => {
    const needed = [...shared, ...graphFiles(files, suffix)];
    return { suffix, files: needed, bytes: needed.reduce((sum, { size }) => sum + size, 0) };
  });
}

/** Decoder and, where it is a graph of its own, embedding; each with the files that hold its weights. */
function graphFiles<File extends ListedFile>(files: readonly File[], suffix: string): File[] {
  const has = (path: string) => files.some((file) => file.path === path);
  const decoder = decoders.map((name) => `onnx/${name}${suffix}.onnx`).find(has);
  return [decoder, `onnx/embed_tokens${suffix}.onnx`].flatMap((graph) =>
    files.filter(({ path }) => graph && path.startsWith(graph) && isPartOf(path.slice(graph.length))),
  );
}

/** `''` for the graph itself; `_data`, `_data_1` or `.data` for the weights beside it. */
const isPartOf = (rest: string): boolean => /^(_data(_\d+)?|\.data)?$/.test(rest);

/** What keeps a folder from being a model that can be loaded, as the end of a sentence; null where nothing does. */
export function missingParts(files: readonly ListedFile[]): string | null {
  const has = (path: string) => files.some((file) => file.path === path);
  const missing = ['config.json', 'tokenizer.json', 'tokenizer_config.json'].filter((path) => !has(path));
  const noGraph = variantsOf(files).length === 0;
  const lacks = [...missing, ...(noGraph ? ['an ONNX graph such as onnx/model_q4.onnx'] : [])];
  return lacks.length === 0 ? null : `lacks ${lacks.join(' and ')}`;
}
