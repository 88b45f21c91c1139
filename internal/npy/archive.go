package npy

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// ReadFrom reads one array of an .npz archive, of so many bytes: the one of that name,
// without .npy, or the only one if the name is empty. It is an error if there is not
// exactly one such array; the error lists those that there are. fits is that of [Read].
func ReadFrom(archive io.ReaderAt, size int64, name string, fits func(numbers int) error) (*Array, error) {
	files, err := zip.NewReader(archive, size)
	if err != nil {
		return nil, errors.New("not an .npz file: " + strings.TrimPrefix(err.Error(), "zip: "))
	}
	var found []*zip.File
	var names []string
	for _, f := range files.File {
		array, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			continue
		}
		names = append(names, array)
		if name == "" || name == array {
			found = append(found, f)
		}
	}
	const most = 8
	listed := fmt.Sprintf("%.200q", names[:min(most, len(names))])
	if len(names) > most {
		listed += fmt.Sprintf(" and %d more", len(names)-most)
	}
	switch {
	case len(names) == 0:
		return nil, errors.New("there is no array in the archive")
	case len(found) == 0:
		return nil, fmt.Errorf("there is no array %.40q; the archive holds %s", name, listed)
	case name == "" && len(found) > 1:
		return nil, fmt.Errorf("the archive holds %d arrays, %s; name one: FILE.npz:NAME", len(found), listed)
	case len(found) > 1:
		return nil, fmt.Errorf("the archive holds %d arrays named %.40q", len(found), name)
	}
	r, err := found[0].Open()
	if err != nil {
		return nil, fmt.Errorf("array %.40q: %w", found[0].Name, err)
	}
	defer r.Close()
	array, err := Read(r, int64(min(found[0].UncompressedSize64, math.MaxInt64)), fits)
	if err != nil {
		return nil, fmt.Errorf("array %.40q: %w", found[0].Name, err)
	}
	return array, nil
}
