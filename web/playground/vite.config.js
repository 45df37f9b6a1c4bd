import { defineConfig } from 'vite';
import react from '@vitejs/plugin-react';
import { licences } from './licences.js';

// The built files are committed and part of the program, so their names do not change with
// their content, and nothing is inlined that the page's policy would refuse.
export default defineConfig({
  base: './',
  plugins: [react(), licences()],
  build: {
    outDir: '../../cmd/aidesk/playground/page',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    target: 'es2022',
    chunkSizeWarningLimit: 3000,
    rollupOptions: {
      output: {
        entryFileNames: 'page.js',
        chunkFileNames: '[name].js',
        assetFileNames: '[name][extname]',
      },
    },
  },
});
