// Package npy reads arrays of numbers in NumPy's format, versions 1 to 3, and in .npz
// archives of them, and writes vectors. A reader of a user's files decodes no pickles, which
// is why this is not a library's.
//
// Source: NumPy's format description, numpy.lib.format.
package npy
