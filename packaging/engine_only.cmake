# Read by CMake inside llama.cpp's own project: its "common" library serves programs that are not built
# here, and llama-cpp-python's build would force it on.
set(LLAMA_BUILD_COMMON OFF)

# llama.cpp's AMX kernels crash or compute nonsense on CPUs that have AMX (ggml-org/llama.cpp#20824; seen here with
# Q4_1 on Sapphire Rapids). Without them the AVX-512 kernels do the work, the repacked ones among them.
include(CheckCCompilerFlag)
check_c_compiler_flag(-mno-amx-int8 WORKBENCH_CAN_LEAVE_OUT_AMX)
if(WORKBENCH_CAN_LEAVE_OUT_AMX)
  add_compile_options(-mno-amx-int8 -mno-amx-bf16 -mno-amx-tile)
endif()
