// Package relu compiles the score of a hard instance into a ReLU network, as Definition
// 1.1 of Gupta, Jalal, Parulekar, Price and Xun (ICML 2024) asks, and bounds its error.
//
// Start with [Network] and builder, which makes one. bits.go and local.go turn a
// Boolean circuit into units, on exact bits; piecewise.go a function of one variable;
// [Score] puts them together for an instance, with a certificate; [Network.WriteONNX]
// hands the network to other programs.
//
// The certificate speaks of exact arithmetic. The gadgets are chosen so that floating
// point stays close to it: bits are exactly 0 or 1 in float32 too, and a piecewise-linear
// function is a sum of ramps that are exactly 0 or 1 outside their own interval, so that
// steep slopes never cancel.
package relu
