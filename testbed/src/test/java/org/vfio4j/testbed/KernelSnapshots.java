/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Snapshots of the VMs' hosts, each taken once in a run of all tests, for those that have it as a parameter. */
final class KernelSnapshots {
    private final Map<String, String> taken = new HashMap<>();

    private KernelSnapshots() {}

    /** The snapshot of the VM with that kernel, as {@code testbed/kernel-vm --kernel} calls it. */
    synchronized String of(String kernel) throws IOException, InterruptedException {
        String known = taken.get(kernel);
        if (known != null) {
            return known;
        }
        KernelVm.Result result = new KernelVm("--kernel", kernel).script("snapshot-out");
        assertThat(result.exitCode()).as(result.err()).isZero();
        taken.put(kernel, result.out());
        return result.out();
    }

    /** Gives them to tests. */
    static final class Resolver implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == KernelSnapshots.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.GLOBAL)
                    .computeIfAbsent(KernelSnapshots.class, _ -> new KernelSnapshots(), KernelSnapshots.class);
        }
    }
}
