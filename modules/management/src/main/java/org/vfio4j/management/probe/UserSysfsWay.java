/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.tree.Node;

/** Reads the feature attributes of a user-space host, as {@link SysfsWay} does a kernel's. */
public final class UserSysfsWay implements Way {
    private static final String NAME = "sysfs";

    private final UserHost host;

    public UserSysfsWay(UserHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String needs() {
        return "leave to read the attribute";
    }

    @Override
    public String touches() {
        return "nothing: a file is read";
    }

    @Override
    public Map<Question, Answer> ask(HostDevice device) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        Optional<CoreDevice> found = host.core().device(device.name());
        if (found.isEmpty()) {
            return answers;
        }
        String folder = found.get().busDevice().path() + "/" + FeatureAttributes.FOLDER;
        for (FeatureAttributes.Attribute attribute : FeatureAttributes.ALL) {
            String path = folder + "/" + attribute.file();
            if (at(path) instanceof Node.Attribute file) {
                answers.put(attribute.question(), answer("/sys" + path, file));
            }
        }
        return answers;
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
