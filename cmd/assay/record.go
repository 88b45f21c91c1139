package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"assay/internal/text"
	"assay/props"
)

// recordMistake returns an error if a record cannot be written where --record says.
func (c *check) recordMistake() error {
	if c.Record == "" {
		return nil
	}
	if c.Metamorphic {
		return errors.New("--record is of a judgement by exact draws, and does not go with --metamorphic")
	}
	if info, err := os.Stat(filepath.Dir(c.Record)); err != nil || !info.IsDir() {
		return fmt.Errorf("--record=%s: there is no folder %s", c.Record, filepath.Dir(c.Record))
	}
	if info, err := os.Stat(c.Record); err == nil && info.IsDir() {
		return fmt.Errorf("--record=%s: that is a folder; want the name of a file", c.Record)
	}
	return nil
}

// writeRecord writes the record, if one was asked for, to the file that --record names.
func (c *check) writeRecord(record *props.Record) error {
	if record == nil {
		return nil
	}
	encoded, err := json.MarshalIndent(record, "", " ")
	if err != nil {
		return fmt.Errorf("writing the record: %w", err)
	}
	return writeFile(c.Record, text.JSON(append(encoded, '\n')))
}
