/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import picocli.CommandLine;

/** Makes the commands, handing each what it needs of the outside. */
final class Wiring implements CommandLine.IFactory {
    private final Terminal terminal;

    Wiring(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
        if (type == DemoCommand.class) {
            return type.cast(new DemoCommand(terminal));
        }
        if (type == TypesCommand.class) {
            return type.cast(new TypesCommand(terminal));
        }
        if (type == ListCommand.class) {
            return type.cast(new ListCommand(terminal));
        }
        if (type == ProbeCommand.class) {
            return type.cast(new ProbeCommand(terminal));
        }
        if (type == SnapshotCommand.class) {
            return type.cast(new SnapshotCommand(terminal));
        }
        return CommandLine.defaultFactory().create(type);
    }
}
