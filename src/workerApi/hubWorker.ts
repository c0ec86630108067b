/** Scripts of workers that may reach the Hugging Face Hub, by the end of their path. */
export const hubWorker = /(^|\/)download[^/]*\.worker[^/]*\.[jt]s$/;
