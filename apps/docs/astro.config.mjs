// The site: static pages, every one of them complete before a figure on it comes alive.
import { unified } from '@astrojs/markdown-remark';
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import rehypeKatex from 'rehype-katex';
import remarkMath from 'remark-math';
import linksValidator from 'starlight-links-validator';
import { benchmarks } from './benchmarks.mjs';
import { commandLine } from './command-line.mjs';
import { lineBreaks } from './line-breaks.mjs';
import { packages } from './packages.mjs';
import { reference, referenceLinks } from './reference.mjs';
import { referenceAnchors } from './reference-anchors.mjs';
import { terminal } from './terminal.mjs';

const conditions = ['development', 'module', 'import', 'default']; // the packages' sources: the site needs no build of them

export default defineConfig({
  site: 'http://127.0.0.1:4321',
  devToolbar: { enabled: false },
  markdown: {
    processor: unified({
      remarkPlugins: [remarkMath],
      rehypePlugins: [rehypeKatex, referenceAnchors, lineBreaks],
    }),
  },
  vite: {
    resolve: { conditions: ['browser', ...conditions] },
    ssr: { resolve: { conditions: ['node', ...conditions] } },
    worker: { format: 'es' },
  },
  integrations: [
    starlight({
      title: 'Hornbook',
      description: 'How text becomes a language model, by doing: lessons that train in your browser.',
      favicon: '/favicon.svg',
      logo: { src: './src/styles/logo.svg', alt: '' },
      customCss: [
        'katex/dist/katex.min.css',
        './src/styles/site.css',
        ...['figure', 'controls', 'tables'].map((name) => `./src/figures/${name}.css`), // a figure's own come with it
      ],
      plugins: [packages(), reference(), commandLine(), benchmarks(), linksValidator()],
      expressiveCode: {
        defaultProps: {
          ...{ wrap: true, preserveIndent: true, hangingIndent: 2 }, // a phone is narrow
          overridesByLang: { text: { wrap: false } }, // columns would fall apart: these scroll
        },
        plugins: [terminal()],
      },
      components: {
        Hero: './src/frame/Hero.astro',
        MarkdownContent: './src/frame/MarkdownContent.astro',
        SocialIcons: './src/frame/HeaderLinks.astro',
      },
      pagefind: true,
      sidebar: [
        { label: 'Lessons', items: [{ autogenerate: { directory: 'lessons' } }] },
        { label: 'Playground', link: '/playground/' },
        { label: 'Guides', items: [{ autogenerate: { directory: 'guides' } }] },
        {
          label: 'Reference',
          collapsed: true,
          items: [
            { label: 'All packages', link: '/reference/packages/' },
            { label: 'The command line', link: '/reference/command-line/' },
            { label: 'Package by package', items: referenceLinks() },
          ],
        },
        { label: 'Design notes', collapsed: true, items: [{ autogenerate: { directory: 'design' } }] },
      ],
    }),
  ],
});
