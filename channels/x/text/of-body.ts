import type { Block, Body, Inline } from '../../../src/core/model/body.ts';

/**
 * A formatted text as X shows text: without form. What the form said is kept where words can say it: a link has its address behind
 * its label, lists their marks, quotes their sign.
 */
export function textOfBody({ tree }: Body): string {
  return blocksOf(tree.children);
}

function blocksOf(blocks: readonly Block[]): string {
  return blocks
    .map(blockOf)
    .filter((text) => text !== '')
    .join('\n\n');
}

function blockOf(block: Block): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return inlineOf(block.children);
    case 'blockquote':
      return prefixed(blocksOf(block.children), '> ', '> ');
    case 'list':
      return block.children
        .map((item, index) => {
          const mark = block.ordered ? `${(block.start ?? 1) + index}. ` : '• ';
          return prefixed(item.children.map(blockOf).join('\n'), mark, '  ');
        })
        .join('\n');
    case 'codeBlock':
      return block.value;
    case 'thematicBreak':
      return '———';
  }
}

function prefixed(text: string, first: string, others: string): string {
  return text
    .split('\n')
    .map((line, index) => (line === '' ? '' : (index === 0 ? first : others) + line))
    .join('\n');
}

function inlineOf(nodes: readonly Inline[]): string {
  return nodes.map(oneOf).join('');
}

function oneOf(node: Inline): string {
  switch (node.type) {
    case 'text':
    case 'inlineCode':
      return node.value;
    case 'break':
      return '\n';
    case 'mention':
      return node.label;
    case 'customEmoji':
      return node.fallback;
    case 'link':
      return linkOf(inlineOf(node.children).trim(), node.url);
    default:
      return inlineOf(node.children);
  }
}

/** `label (address)`; the address alone where the label says nothing else. */
function linkOf(label: string, url: string): string {
  const bare = (address: string): string => address.replace(/^(?:https?:\/\/|mailto:|tel:)/iu, '').replace(/\/$/u, '');
  return label === '' || bare(label) === bare(url) ? (label === '' ? url : label) : `${label} (${url})`;
}
