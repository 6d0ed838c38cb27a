/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.modular;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vfio4j.fuse.SysfsMount;
import org.vfio4j.vfio.tree.Node;

/** Mounts a small tree until its stdin ends. */
public final class Host {
    private Host() {}

    public static void main(String[] arguments) throws IOException {
        try (SysfsMount _ = SysfsMount.mount(new Root(), Path.of(arguments[0]))) {
            System.out.println("mounted");
            System.in.transferTo(OutputStream.nullOutputStream());
        }
        System.out.println("closed");
    }

    private static final class Root implements Node.Directory {
        @Override
        public List<String> names() {
            return List.of("name");
        }

        @Override
        public Optional<Node> child(String name) {
            return name.equals("name") ? Optional.of(new Name()) : Optional.empty();
        }
    }

    private static final class Name implements Node.Attribute {
        @Override
        public int mode() {
            return 0444;
        }

        @Override
        public byte[] show() {
            return "modular\n".getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void store(byte[] written) {}
    }
}
