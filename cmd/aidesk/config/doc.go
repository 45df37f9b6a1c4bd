// Package config reads the one YAML file that tells aidesk what to run.
//
// A file is read in four steps, and every fault of every step is reported at
// once, a line each, with the place in the file and the remedy:
//
//  1. the YAML is parsed into a tree (anchors, aliases and tags are refused);
//  2. the tree is decoded into a Config over Default; an unknown key is a fault;
//  3. on the way, ${NAME} in a value becomes the environment variable NAME, and
//     a key that ends in _file fills the secret of the same name; $${ stands for ${;
//  4. the values are checked against each other.
//
// config.example.yaml at the module's root explains every key; a test keeps it
// complete.
package config
