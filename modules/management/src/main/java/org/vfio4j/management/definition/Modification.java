/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.definition;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.definition.Definition.Attribute;
import org.vfio4j.management.definition.Definition.Start;
import org.vfio4j.management.host.RefusedException;

/**
 * A change of a definition, with mdevctl's meaning.
 *
 * @param typeOrNull the new type; null to keep it
 * @param startOrNull the new start; null to keep it
 * @param addedOrNull an attribute that is added; null for none
 * @param deletes whether an attribute is taken away
 * @param indexOrNull where; null for the end when adding, and for all when deleting
 */
public record Modification(
        @Nullable String typeOrNull,
        @Nullable Start startOrNull,
        @Nullable Attribute addedOrNull,
        boolean deletes,
        @Nullable Integer indexOrNull) {
    /** The changed definition; EINVAL for an index that is not there. */
    Definition of(Definition old) {
        List<Attribute> attributes = new ArrayList<>(old.attributes());
        if (deletes && addedOrNull != null) {
            throw new RefusedException(
                    Errno.EINVAL, "an attribute is either added or taken away", "Do one, then the other.");
        }
        if (addedOrNull != null) {
            attributes.add(index(attributes.size(), attributes.size()), addedOrNull);
        } else if (deletes && indexOrNull == null) {
            attributes.clear();
        } else if (deletes) {
            attributes.remove(index(attributes.size() - 1, 0));
        }
        return new Definition(
                old.uuid(),
                old.parent(),
                typeOrNull == null ? old.type() : typeOrNull,
                startOrNull == null ? old.start() : startOrNull,
                attributes);
    }

    private int index(int last, int otherwise) {
        if (indexOrNull == null) {
            return otherwise;
        }
        if (indexOrNull < 0 || indexOrNull > last) {
            throw new RefusedException(
                    Errno.EINVAL,
                    "there is no index " + indexOrNull + " in the definition's attributes",
                    last < 0 ? "It has none." : "They go from 0 to " + last + ".");
        }
        return indexOrNull;
    }
}
