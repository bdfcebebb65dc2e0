// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// maxPlaces is at how many places a file may be shown by links to folders.
const maxPlaces = 64

// placesOf returns where a file is to be found: its own place first, then those where links to folders show it.
func placesOf(name string, folders map[string]string) ([]string, error) {
	all := []string{name}
	for i := 0; i < len(all); i++ {
		for _, link := range slices.Sorted(maps.Keys(folders)) {
			rest, below := cutFolder(all[i], folders[link])
			if !below {
				continue
			}
			if all = append(all, path.Join(link, rest)); len(all) > maxPlaces {
				return nil, faultf("take the links apart", "links to folders show %s in more than %d places, or lead in circles", name, maxPlaces)
			}
		}
	}
	return all, nil
}

// original returns the place of a file itself, of one of placesOf.
func original(name string, folders map[string]string) string {
	for range maxPlaces {
		before := name
		for link, folder := range folders {
			if rest, below := cutFolder(name, link); below {
				name = path.Join(folder, rest)
				break
			}
		}
		if name == before {
			break
		}
	}
	return name
}

// cutFolder returns what of a path follows a folder that it is in.
func cutFolder(name, folder string) (rest string, below bool) {
	if folder == "." {
		return name, true
	}
	return strings.CutPrefix(name, folder+"/")
}
