import type { SourceDocument } from '../specialize/retrieve.ts';
import { isPdf, isZip, SourceFormatError, textOf, type SourceFile } from './sourceFile.ts';

/** Endings of the files that are looked for in folders; a file that is named itself is judged by its content. */
export const documentEndings = /\.(txt|md|markdown|html?|xhtml|pdf|docx)$/i;

/**
 * Reads a document as Markdown, whose headings, paragraphs and list items passages are cut along: text and Markdown as they
 * are, HTML, PDF and Word (.docx) by their structure.
 * @throws SourceFormatError where it is none of these, is damaged or holds no text
 */
export async function readDocument(file: SourceFile, signal?: AbortSignal): Promise<SourceDocument> {
  signal?.throwIfAborted();
  const text = await markdownOf(file, signal);
  if (text.trim() === '') throw new SourceFormatError(`${file.name} holds no text; ${emptyReason(file)}.`);
  return { id: file.name, text };
}

const emptyReason = (file: SourceFile): string =>
  isPdf(file)
    ? 'scanned pages must go through text recognition (OCR) first'
    : 'choose a file with text in it';

async function markdownOf(file: SourceFile, signal: AbortSignal | undefined): Promise<string> {
  if (isPdf(file)) return (await import('./pdfText.ts')).readPdf(file, signal);
  if (isZip(file)) return (await import('./docxText.ts')).readDocx(file);
  const text = textOf(file).replace(/^\uFEFF/, '');
  const isHtml = /^\s*(<!--[^]*?-->\s*)*(<!doctype html|<html|<head|<body)/i.test(text.slice(0, 4000));
  if (isHtml || /\.x?html?$/i.test(file.name)) return (await import('./htmlText.ts')).htmlToMarkdown(text);
  return text;
}
