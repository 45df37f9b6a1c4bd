// Package site is what the example plugins share: the parts of a plugin that
// are the same whatever its API does.
//
// A plugin is a small website. Whoever wants to write one needs five things,
// and each of the four plugins beside this package is nothing but these five:
//
//  1. A manifest at /.well-known/ai-plugin.json. It says what the plugin is
//     called, what it is for (once for a model, once for people), how it
//     authenticates and where its document lies. [Site] writes it from [About].
//  2. An OpenAPI document that describes every operation: what it does, its
//     parameters with formats and limits, what it answers. The list
//     x-aidesk-examples on an operation holds sentences that call it;
//     {name} in a sentence stands for a parameter or a property of the body.
//     A language model reads them as examples, a desk without one matches them
//     word by word, so they should be precise rather than many.
//  3. The API itself. [Site.API] turns a function from a request into a value
//     into an operation that answers JSON. Inputs are read with [Body], [Query]
//     and [PathInt], which refuse what is wrong with a sentence that says how
//     to do it right: a model corrects itself by reading it.
//  4. A logo and a legal page, so that people can see whom they deal with.
//  5. Pages for people, with OpenGraph fields, for whatever the API links to.
//     A messenger shows such a link as a card. [Site.Both] serves the page and
//     the operation at one address: a browser asks for text/html, a program
//     does not.
//
// What a plugin answers is data, not instructions: no description here tells a
// model how to talk, when to act or what to prefer.
//
// A plugin must not trust its caller. Requests are small ([MaxBody]), unknown
// fields are refused, paths that climb are refused, and nothing is changed
// before everything has been checked.
package site
