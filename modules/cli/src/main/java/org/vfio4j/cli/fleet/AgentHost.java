/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.Source;
import org.vfio4j.fleet.agent.HostReader;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Platform;
import picocli.CommandLine.ParseResult;

/** The host of a command line, for an agent: one that went away is looked for again. For one thread. */
final class AgentHost implements HostReader, AutoCloseable {
    /** Programs' versions change when somebody updates them. */
    private static final long PLATFORM_NANOS = Duration.ofMinutes(1).toNanos();

    private final ParseResult line;
    private final World world;
    private @Nullable Source source;
    private @Nullable Platform platform;
    private long platformUntil;

    AgentHost(ParseResult line, World world) {
        this.line = line;
        this.world = world;
        source = HostOption.openWithVfio(line, world);
    }

    @Override
    public String kind() {
        return ask(Source::kind);
    }

    @Override
    public Machine machine() {
        return ask(Source::machine);
    }

    @Override
    public Platform platform() {
        Platform known = platform;
        if (known == null || System.nanoTime() - platformUntil > 0) {
            known = ask(s -> s.platform(world));
            platform = known;
            platformUntil = System.nanoTime() + PLATFORM_NANOS;
        }
        return known;
    }

    /** Of all of this machine anew each time: a running host or the kernel's VFIO may have come since, and nothing is to be kept of what was. */
    @Override
    public Inventory inventory() {
        if (HostOption.isAll(line)) {
            close();
        }
        return ask(Source::inventory);
    }

    @Override
    public List<DeviceProbe> probe(List<HostDevice> devices) {
        return ask(s -> s.probe(devices, false, null));
    }

    @Override
    public void close() {
        if (source != null) {
            source.close();
            source = null;
        }
    }

    private <T> T ask(Function<Source, T> question) {
        try {
            Source at = source;
            if (at == null) {
                at = HostOption.openWithVfio(line, world);
                source = at;
            }
            return question.apply(at);
        } catch (CommandException e) {
            throw new RefusedException(Errno.ENODEV, e.what(), e.remedy());
        } catch (ErrnoException e) {
            close();
            throw e;
        }
    }
}
