/** pdf.js brings no types of its worker's code; it is only handed over to its other half. */
declare module 'pdfjs-dist/legacy/build/pdf.worker.mjs';
