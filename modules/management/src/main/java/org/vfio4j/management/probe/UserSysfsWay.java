/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.tree.Node;

/** Reads the feature attributes of a user-space host, as {@link SysfsWay} does a kernel's. */
public final class UserSysfsWay extends AttributeWay {
    private final UserHost host;

    public UserSysfsWay(UserHost host) {
        this.host = host;
    }

    @Override
    Optional<String> folder(HostDevice device) {
        return host.core()
                .device(device.name())
                .map(found -> found.busDevice().path() + "/" + FeatureAttributes.FOLDER);
    }

    @Override
    Optional<Answer> read(String path) {
        return at(path) instanceof Node.Attribute file ? Optional.of(answer("/sys" + path, file)) : Optional.empty();
    }

    private static Answer answer(String path, Node.Attribute file) {
        try {
            String text = new String(file.show(), StandardCharsets.UTF_8).strip();
            return FeatureAttributes.answer(NAME, path, text);
        } catch (ErrnoException e) {
            return OpenRefusals.failedQuery(NAME, path, e);
        }
    }

    /** The node at a path without links; null if there is none. */
    private @Nullable Node at(String path) {
        Node node = host.tree().root();
        for (String name : path.substring(1).split("/", -1)) {
            Optional<Node> child = node instanceof Node.Directory folder ? folder.child(name) : Optional.empty();
            if (child.isEmpty()) {
                return null;
            }
            node = child.get();
        }
        return node;
    }
}
